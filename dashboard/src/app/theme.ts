import {
  Button,
  createTheme,
  Input,
  localStorageColorSchemeManager,
  Menu,
  Modal,
  Notification,
  Portal,
  SegmentedControl,
  Select,
  Tooltip,
} from '@mantine/core';

/** Colours are in styles/base.css: Mantine's generated style element would need an exception in the content security policy. */
export const theme = createTheme({
  primaryColor: 'blue',
  defaultRadius: 6,
  cursorType: 'pointer',
  components: {
    Button: Button.extend({ defaultProps: { size: 'xs' } }),
    // The list itself scrolls: a region around it that does would have to take the focus from the field.
    Select: Select.extend({
      defaultProps: { size: 'xs', comboboxProps: { shadow: 'md' }, withScrollArea: false },
      classNames: { options: 'choices' },
    }),
    InputWrapper: Input.Wrapper.extend({ defaultProps: { withAsterisk: false } }),
    // A focusable placeholder within a menu would be no item of it.
    Menu: Menu.extend({ defaultProps: { withInitialFocusPlaceholder: false } }),
    // Locking the page's scroll would write a style element.
    Modal: Modal.extend({ defaultProps: { lockScroll: false, centered: true, transitionProps: { duration: 80 } } }),
    Notification: Notification.extend({ defaultProps: { closeButtonProps: { 'aria-label': 'Dismiss' } } }),
    // Beside the page, in a landmark of index.html, so that screen readers can find what is open.
    Portal: Portal.extend({ defaultProps: { target: '#floating' } }),
    // Without: colours that are still fading fail the contrast that they end with.
    SegmentedControl: SegmentedControl.extend({ defaultProps: { transitionDuration: 0 } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 300, withArrow: true } }),
  },
});

export const schemes = localStorageColorSchemeManager({ key: 'vedette-scheme' });
